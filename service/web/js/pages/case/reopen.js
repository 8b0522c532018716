// A new case in place of one that was voided or cancelled: what was known is not typed again.

import {api} from "../../core/api.js";

/** @typedef {{id: string, self: string}} Opened */

// What the counter asks; what was decided about the old case stays with it.
const kTaken = ["requester", "requester_id", "requester_class", "evidence", "paper", "paper_type", "issuer", "pages",
                "copies", "form", "source", "entry", "holder", "register", "looked_for", "original", "delivery", "place"];

/**
 * @param {{id: string, product: string, unit: string, visit?: string, dossier?: string, facts: Record<string, unknown>}} before
 * @returns {Promise<Opened>}
 */
export function reopen(before) {
  const facts = Object.fromEntries(Object.entries(before.facts).filter(([name]) => kTaken.includes(name)));
  return api.post("/api/v1/cases", {product: before.product, unit: before.unit, visit: before.visit || undefined,
                                    dossier: before.dossier || undefined, facts},
                  {idempotencyKey: `again-${before.id}`});
}
