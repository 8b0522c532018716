// The clerk's queue: what waits for the seal, for the book, and for its release.

import {use} from "../core/i18n.js";
import {route} from "../core/router.js";
import {text} from "../text/officer.js";
import {text as caseText} from "../text/case.js";
import {sealPage} from "./seal/queue.js";

use(caseText);
use(text);

route("#/seal", {title: "seal.title", rights: ["clerk"], nav: "main", order: 30, css: "/web/css/officer.css", render: sealPage});
