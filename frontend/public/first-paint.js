// Sets the name and colours before the first paint. External and blocking, because the CSP forbids inline scripts.
(() => {
  const name = window.APP_CONFIG?.projectName;
  if (!name) return;
  document.title = name;
  document.querySelector("meta[name=description]").content = `${name}: your dashboard.`;
})();

// Only this code sets the class on <html>. lib/theme.ts stores the choice and dispatches a storage event.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  let kept = null; // while the browser blocks storage
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return kept;
    }
  };
  const apply = () => {
    const choice = stored();
    const theme =
      choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
    root.classList.remove("light", "dark");
    root.classList.add(theme);
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", ({ key, newValue }) => {
    if (key === "theme") kept = newValue;
    apply();
  });
})();

// Preloads the page's own files, with low priority so that the files for the first paint come first. The build's
// page-files.ts writes the list.
(() => {
  const pages = JSON.parse(document.getElementById("page-files")?.textContent ?? "{}");
  for (const href of pages[location.pathname] ?? []) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", crossOrigin: "", fetchPriority: "low", href });
    document.head.append(link);
  }
})();
