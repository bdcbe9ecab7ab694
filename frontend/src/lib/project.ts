/** The product's name, from the root `.env` at build time; index.html takes it from the same place. */
export const PROJECT_NAME: string = import.meta.env.PROJECT_NAME ?? "App";
