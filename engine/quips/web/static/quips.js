// Makes handier what works without it: the pages need no script.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A radio button may not say that it opens something (ARIA 1.2); what it opens comes next to read, so nothing is lost by leaving that out.
const radios = document.querySelectorAll("input[type=radio][aria-expanded]");
const plain = () => radios.forEach((radio) => radio.removeAttribute("aria-expanded"));
const changes = new MutationObserver(plain);
radios.forEach((radio) => changes.observe(radio, { attributeFilter: ["aria-expanded"] }));
plain();
