import { json } from "../../stub/answer";
import { report } from "../../stub/answers/doctor";
import type { PageCase } from "../page-case";

const doctor = { route: "/doctor", heading: "System health", as: "superuser" } as const;
const READ = "GET /doctor/";

export const pages: PageCase[] = [
  { ...doctor, reads: [READ] },
  {
    ...doctor,
    state: "without findings",
    given: (api) => api.on(READ, json(report([]))),
  },
];
