// The areas of the shell: each name is a module in pages/ that registers its routes and its words.

/** @type {string[]} */
export const areas = ["counter", "officer", "seal", "case", "register", "books", "results", "digitise", "admin"];
