/** The product's name, from frontend/.env; index.html takes it from the same place. */
export const PROJECT_NAME: string = import.meta.env.VITE_PROJECT_NAME;
