// Runs the published schemas in the language server that editors use for YAML: no complaint about what is shipped,
// completion and hover in the product's words, and mistakes marked where they are. `cases.mjs` says what is expected.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { broken, completions, hovers, mistakes } from "./cases.mjs";
import { Server, words } from "./server.mjs";

const LONGEST_RUN_MS = 300_000;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

setTimeout(() => {
  console.error(`not done after ${LONGEST_RUN_MS / 1000} seconds`);
  process.exit(1);
}, LONGEST_RUN_MS).unref();

// Cases are read as if they stood beside a shipped file, and begin with its first line.
const BESIDE = {
  ucserver: "examples/ucserver/manifests/sales.yaml",
  uniconnect: "examples/uniconnect/manifests/roles.yaml",
  iptel: "examples/iptel/manifests/groups.yaml",
  vtiger: "examples/vtiger/manifests/profiles.yaml",
  berlicrm: "examples/berlicrm/manifests/profiles.yaml",
  custom: "examples/custom/manifests/roles.yaml",
  project: "examples/berlicrm/rolecall.yaml",
  system: "examples/custom/helpdesk.system.yaml",
  access: "examples/berlicrm/access/sales.access.yaml",
  policy: "examples/berlicrm/policy.yaml",
};

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const uriOf = (path) => pathToFileURL(join(ROOT, path)).href;

function yamlFiles(folder) {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(join(ROOT, path)).isDirectory()) return yamlFiles(path);
    return name.endsWith(".yaml") ? [path] : [];
  });
}

/** The text that a place stands for, and where its cursor is. */
function expand(whose, place) {
  const parts = place.split(" / ");
  const last = parts.pop();
  const lines = [];
  let indent = 0;
  let dash = "";
  const put = (text) => {
    lines.push(" ".repeat(indent - dash.length) + dash + text);
    dash = "";
  };
  for (const part of parts) {
    if (part === "-") dash = "- ";
    else put(`${part}:`);
    indent += 2;
  }
  put(last);
  const marked = `${read(BESIDE[whose]).split("\n")[0]}\n${lines.join("\n")}\n`;
  const at = marked.indexOf("|");
  const before = marked.slice(0, at).split("\n");
  return {
    text: marked.slice(0, at) + marked.slice(at + 1),
    position: { line: before.length - 1, character: before.at(-1).length },
  };
}

let passed = 0;
const failures = [];
const checks = [];
let documents = 0;
const server = new Server();

function check(name, run) {
  checks.push(judge(name, run));
}

async function judge(name, run) {
  const complaints = [];
  try {
    await run((holds, complaint) => holds || complaints.push(complaint));
  } catch (error) {
    complaints.push(error.message);
  }
  if (complaints.length === 0) passed += 1;
  else failures.push([name, ...complaints].join("\n    "));
}

async function at(whose, place, run) {
  const { text, position } = expand(whose, place);
  const uri = uriOf(join(dirname(BESIDE[whose]), `case-${++documents}.yaml`));
  const diagnostics = await server.open(uri, text);
  await run({ uri, position, diagnostics });
  server.close(uri);
}

const shown = ({ range, message }) => `${range.start.line + 1}:${range.start.character + 1} ${message}`;

await server.start(pathToFileURL(ROOT).href);

const isSeed = (path) => path.split("/")[2] === "seed";
const shipped = [...yamlFiles("examples"), ...yamlFiles("src/system/definitions")].filter((path) => !isSeed(path));
for (const path of shipped.filter((path) => !path.startsWith("examples/broken/"))) {
  check(path, async (expect) => {
    const text = read(path);
    const schema = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1];
    expect(schema, "the first line names no schema");
    if (schema) JSON.parse(read(join(dirname(path), schema)));
    const diagnostics = await server.open(uriOf(path), text);
    expect(diagnostics.length === 0, diagnostics.map(shown).join("\n    "));
    const unread = (await server.hover(uriOf(path), keyIn(text))) === "";
    expect(!unread, "the schema was not found: hover shows nothing");
    server.close(uriOf(path));
  });
}

/** A place within the first key of a file. */
function keyIn(text) {
  const line = text.split("\n").findIndex((line) => /^[a-z]/.test(line));
  return { line, character: 1 };
}

for (const [whose, place, labels, documented] of completions) {
  check(`completion: ${whose}: ${place}`, async (expect) => {
    await at(whose, place, async ({ uri, position }) => {
      const items = await server.complete(uri, position);
      const found = items.map((item) => item.label.replaceAll(" ", "_"));
      const wanted = labels.split(" ").filter((label) => label !== "some");
      const missing = wanted.filter((label) => !found.includes(label));
      const surplus = labels.startsWith("some ") ? [] : found.filter((label) => !wanted.includes(label));
      const twice = found.filter((label, index) => found.indexOf(label) !== index);
      expect(missing.length === 0, `missing: ${missing.join(" ")}; there are: ${found.join(" ")}`);
      expect(surplus.length === 0, `surplus: ${surplus.join(" ")}`);
      expect(twice.length === 0, `twice: ${twice.join(" ")}`);
      if (!documented) return;
      const silent = items.filter((item) => words(item.documentation) === "").map((item) => item.label);
      expect(silent.length === 0, `without documentation: ${silent.join(" ")}`);
      const [label, text] = documented;
      const documentation = words(items.find((item) => item.label === label)?.documentation);
      expect(documentation.includes(text), `${label} is explained as: ${documentation}`);
    });
  });
}

for (const [whose, place, text] of hovers) {
  check(`hover: ${whose}: ${place}`, async (expect) => {
    await at(whose, place, async ({ uri, position }) => {
      const hover = await server.hover(uri, position);
      expect(hover.includes(text), `shows: ${hover}`);
    });
  });
}

for (const [whose, place, message] of mistakes) {
  check(`mistake: ${whose}: ${place}`, async (expect) => {
    await at(whose, place, async ({ position, diagnostics }) => {
      const there = ({ range }) => range.start.line === position.line && range.start.character === position.character;
      const fits = diagnostics.length === 1 && there(diagnostics[0]) && diagnostics[0].message.includes(message);
      expect(fits, `wanted at ${position.line + 1}:${position.character + 1}; there are: ${diagnostics.map(shown).join(" | ")}`);
    });
  });
}

for (const [path, lines] of broken) {
  check(`mistakes: ${path}`, async (expect) => {
    const diagnostics = await server.open(uriOf(path), read(path));
    const found = [...new Set(diagnostics.map(({ range }) => range.start.line + 1))].sort((a, b) => a - b);
    expect(found.join() === lines.join(), `marked: ${diagnostics.map(shown).join(" | ")}`);
    server.close(uriOf(path));
  });
}

await Promise.all(checks);
await server.stop();
for (const failure of failures.sort()) console.error(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
