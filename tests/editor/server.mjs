// A client of the YAML language server, as far as the test needs one: the protocol over stdio, one document after the
// other, and an answer or an error within a time.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url));
const LONGEST_WAIT_MS = 60_000;

// What an editor sends when nobody has set anything, apart from the schemas that it would fetch from elsewhere.
const SETTINGS = {
  yaml: {
    validate: true,
    hover: true,
    completion: true,
    format: { enable: false },
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
  },
  http: { proxy: "", proxyStrictSSL: true },
};

export class Server {
  #process = spawn(process.execPath, [PROGRAM, "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
  #waiting = new Map();
  #diagnostics = new Map();
  #unread = Buffer.alloc(0);
  #lastId = 0;
  #stderr = "";

  constructor() {
    this.#process.stdout.on("data", (bytes) => this.#read(bytes));
    this.#process.stderr.on("data", (bytes) => (this.#stderr += bytes));
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code) => this.#fail(new Error(`the server ended with ${code}: ${this.#stderr}`)));
  }

  async start(rootUri) {
    const text = { documentationFormat: ["markdown", "plaintext"], snippetSupport: true };
    await this.#request("initialize", {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: "rolecall" }],
      capabilities: {
        workspace: { configuration: true, didChangeConfiguration: {}, workspaceFolders: true },
        textDocument: {
          completion: { completionItem: text, contextSupport: true },
          hover: { contentFormat: ["markdown", "plaintext"] },
          publishDiagnostics: { versionSupport: true },
        },
      },
    });
    this.#notify("initialized", {});
    this.#notify("workspace/didChangeConfiguration", { settings: SETTINGS });
  }

  /** Opens a document and gives its diagnostics. */
  open(uri, text) {
    const diagnostics = this.#within(`diagnostics of ${uri}`, (settle) => this.#diagnostics.set(uri, settle));
    this.#notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return diagnostics;
  }

  close(uri) {
    this.#notify("textDocument/didClose", { textDocument: { uri } });
  }

  async complete(uri, position) {
    const answer = await this.#request("textDocument/completion", { textDocument: { uri }, position });
    return answer?.items ?? answer ?? [];
  }

  async hover(uri, position) {
    const answer = await this.#request("textDocument/hover", { textDocument: { uri }, position });
    return words(answer?.contents);
  }

  async stop() {
    this.#process.removeAllListeners("exit");
    await this.#request("shutdown", null).catch(() => {});
    this.#notify("exit", null);
    this.#process.kill();
  }

  #request(method, params) {
    const id = ++this.#lastId;
    const answer = this.#within(method, (settle) => this.#waiting.set(id, settle));
    this.#send({ id, method, params });
    return answer;
  }

  #notify(method, params) {
    this.#send({ method, params });
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #within(what, register) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer in time: ${what}`)), LONGEST_WAIT_MS);
      register((error, value) => {
        clearTimeout(timer);
        error ? reject(error) : resolve(value);
      });
    });
  }

  #fail(error) {
    for (const settle of [...this.#waiting.values(), ...this.#diagnostics.values()]) settle(error);
    this.#waiting.clear();
    this.#diagnostics.clear();
  }

  #read(bytes) {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (;;) {
      const end = this.#unread.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#unread.subarray(0, end).toString())[1]);
      const start = end + 4;
      if (this.#unread.length < start + length) return;
      const message = JSON.parse(this.#unread.subarray(start, start + length).toString());
      this.#unread = this.#unread.subarray(start + length);
      this.#take(message);
    }
  }

  #take(message) {
    if (message.method === "textDocument/publishDiagnostics") {
      this.#diagnostics.get(message.params.uri)?.(null, message.params.diagnostics);
      this.#diagnostics.delete(message.params.uri);
    } else if (message.method === "workspace/configuration") {
      const result = message.params.items.map(({ section }) => SETTINGS[section] ?? null);
      this.#send({ id: message.id, result });
    } else if (message.method && message.id !== undefined) {
      this.#send({ id: message.id, result: null });
    } else if (message.id !== undefined) {
      const error = message.error && new Error(message.error.message);
      this.#waiting.get(message.id)?.(error, message.result);
      this.#waiting.delete(message.id);
    }
  }
}

/** The plain words of a hover or of a completion's documentation: no marks, one space between words. */
export function words(content) {
  if (!content) return "";
  const text = typeof content === "string" ? content : Array.isArray(content) ? content.map(words).join(" ") : content.value;
  return text
    .replace(/&nbsp;/g, " ")
    .replace(/&emsp;/g, " ")
    .replace(/\\([^\w\s])/g, "$1")
    .replace(/[#*`]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
