export function SkipLink() {
  return (
    <a
      href="#main"
      className="fixed start-3 -top-12 z-50 rounded-md bg-primary px-4 py-2 font-medium text-primary-foreground focus:top-3 print:hidden"
    >
      Skip to content
    </a>
  );
}
