// The officer's queue: what waits for a signature, the document as it will be beside what it was
// made of, and one PIN for many.

import {use} from "../core/i18n.js";
import {route} from "../core/router.js";
import {text} from "../text/officer.js";
import {text as caseText} from "../text/case.js";
import {queuePage} from "./officer/queue.js";
import {reviewPage} from "./officer/review.js";
import {signPage} from "./officer/sign.js";

use(caseText);
use(text);

const css = "/web/css/officer.css";
route("#/queue", {title: "officer.title", rights: ["officer"], nav: "main", order: 20, css, render: queuePage});
route("#/queue/sign", {title: "officer.sign.title", rights: ["officer"], css, render: signPage});
route("#/queue/{id}", {title: "officer.review.title", rights: ["officer"], css, render: reviewPage});
