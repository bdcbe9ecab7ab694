import { json } from "../answer";
import type { Api } from "../api";

export default function utils(api: Api) {
  api.on("GET /utils/health-check/", json(true));
}
