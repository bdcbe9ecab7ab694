import type { PageCase } from "../page-case";

export const pages: PageCase[] = [{ route: "/", heading: "Hi, Ada Lovelace" }];
