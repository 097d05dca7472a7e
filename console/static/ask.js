// How does a page ask the server for something outside htmx?
export class Refused extends Error {
  constructor(status, answer) { super(answer?.say ?? `The server answered ${status}.`); this.status = status; this.answer = answer; }
}

const KEPT_ALIVE_MOST = 60_000; // browsers refuse more than 64 KiB
const token = () => document.querySelector('meta[name="csrf-token"]').content;

export async function ask(url, { method = "GET", body, seconds = 10 } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = token();
  const signal = AbortSignal.timeout(seconds * 1000);
  const keepalive = method !== "GET" && `${body}`.length < KEPT_ALIVE_MOST; // outlives the page
  const response = await fetch(url, { method, headers, body, signal, keepalive });
  if (response.status === 401) { location.reload(); }
  const kind = response.headers.get("Content-Type") ?? "";
  const answer = kind.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Refused(response.status, kind.includes("json") ? answer : null);
  return answer;
}

export const post = (url, fields = {}) => ask(url, { method: "POST", body: fields instanceof FormData ? fields : new URLSearchParams(fields) });
