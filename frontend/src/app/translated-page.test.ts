import ts from "typescript";
import { expect, it } from "vitest";

const sources = import.meta.glob<string>("/src/**/*.tsx", {
  query: "?raw",
  import: "default",
  eager: true,
});

/**
 * Browsers translate a page by wrapping each text in `<font>`. React then cannot insert or remove an element beside the
 * text, and the page crashes. So a text has an element of its own when a sibling comes and goes.
 */

const isJsx = (node: ts.Node): boolean =>
  ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node);

const containsJsx = (node: ts.Node): boolean => isJsx(node) || !!ts.forEachChild(node, containsJsx);

/** `{isOpen && <X />}`, `{isOpen ? <X /> : null}`, `{rows.map(...)}`. */
function comesAndGoes(child: ts.JsxChild) {
  if (!ts.isJsxExpression(child) || !child.expression || !containsJsx(child.expression))
    return false;
  return !isJsx(child.expression);
}

/** Letters between tags, or an expression that can be a text. `children` of the shell and of forms are elements. */
function isText(child: ts.JsxChild) {
  if (ts.isJsxText(child)) return child.text.trim() !== "";
  if (!ts.isJsxExpression(child) || !child.expression || containsJsx(child.expression))
    return false;
  return child.expression.getText() !== '" "' && !returnsJsx(child.expression);
}

/** A call of a function that this file defines with JSX, or that a parent passes as its children. */
function returnsJsx(node: ts.Expression) {
  if (!ts.isCallExpression(node)) return false;
  const name = node.expression.getText();
  const isHere = new RegExp(`(const|function) ${name}\\b`).test(node.getSourceFile().text);
  return name === "children" || isHere;
}

function offenders(source: ts.SourceFile) {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxElement(node) || ts.isJsxFragment(node)) {
      const texts = node.children.filter(isText);
      if (texts.length > 0 && node.children.some(comesAndGoes)) {
        found.push(`${source.fileName} ${texts[0]?.getText().trim()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const parse = (name: string, text: string) =>
  ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);

/** These are elements: the whole page, and a dialog. */
const EXEMPT = [
  "/src/components/layout/shell.tsx {children}",
  "/src/features/users/components/profile-form.tsx {conflict}",
];

it("finds text beside an element that comes and goes", () => {
  const count = (jsx: string) => offenders(parse("x.tsx", `const x = ${jsx};`)).length;
  expect(count("<b>{a && <i />}Save</b>")).toBe(1);
  expect(count("<b>{a && <i />}{children}</b>")).toBe(1);
  expect(count("<b>{a ? <i /> : null}{name}</b>")).toBe(1);
  expect(count("<>{rows.map((row) => <i key={row} />)} of 3</>")).toBe(1);
  expect(count("<b>{a && <i />}<span>Save</span></b>")).toBe(0);
  expect(count("<b><i />Save</b>")).toBe(0);
  expect(count("<b>{a ? 'Save' : 'Add'}</b>")).toBe(0);
});

it("has no text beside an element that comes and goes", () => {
  const files = Object.entries(sources).filter(([file]) => !file.includes(".test."));
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap(([file, source]) => offenders(parse(file, source)));
  expect(found.filter((place) => !EXEMPT.includes(place))).toEqual([]);
});
