declare global {
  interface Window {
    /** From /config.js, which the server that serves the dashboard creates from its settings; see public/config.js. */
    APP_CONFIG?: { projectName?: string; signUp?: boolean };
  }
}

/** The product's name, read when the page loads, because one build serves every environment. */
export const PROJECT_NAME = window.APP_CONFIG?.projectName || "App";

/** Whether visitors can create accounts. */
export const isSignUpOpen = () => window.APP_CONFIG?.signUp !== false;
