import type { PageCase } from "../page-case";

export const pages: PageCase[] = [{ route: "/settings/appearance", heading: "Settings" }];
