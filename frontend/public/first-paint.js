// Blocking and external: the right name and colours from the first paint, under a policy without inline scripts.
(() => {
  const name = window.APP_CONFIG?.projectName;
  if (!name) return;
  document.title = name;
  document.querySelector("meta[name=description]").content = `${name}: your dashboard.`;
})();

// The only owner of the class on <html>; lib/theme.ts writes the choice and dispatches a storage event.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const apply = () => {
    const choice = localStorage.getItem("theme");
    const theme =
      choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
    root.classList.remove("light", "dark");
    root.classList.add(theme);
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
})();

// The files of the page itself, beside those that every page starts with, and after what the first paint needs:
// page-files.ts wrote the list.
(() => {
  const pages = JSON.parse(document.getElementById("page-files")?.textContent ?? "{}");
  for (const href of pages[location.pathname] ?? []) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", crossOrigin: "", fetchPriority: "low", href });
    document.head.append(link);
  }
})();
