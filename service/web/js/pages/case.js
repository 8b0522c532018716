// One case: how far it is, what happened, its documents, and what can be decided about it.

import {use} from "../core/i18n.js";
import {route} from "../core/router.js";
import {text} from "../text/case.js";
import {text as officerText} from "../text/officer.js";
import {casePage} from "./case/page.js";

use(text);
use(officerText);

route("#/cases/{id}", {title: "case.title", rights: ["cases", "reception", "officer", "clerk"], css: "/web/css/officer.css", render: casePage});
