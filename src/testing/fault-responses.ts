/** Responses of what stands before a database: proxies, gateways, whatever answers in its place. */
import type { WebResponse } from "../disruption.js";
import type { StatusEffect } from "./fault-options.js";
import { show } from "./matching.js";

/** The response that a status effect sends. Throws a TypeError where its status is none, or has no body. */
export function gatewayResponse({
  status,
  body = "html",
  headers = {},
}: StatusEffect): WebResponse {
  if (!Number.isInteger(status) || status < 200 || status > 599 || EMPTY.has(status)) {
    throw new TypeError(
      `faults.add({ effect: { status } }): ${show(status)} is no status of a response with a body; pass one such as 429, 500, 502 or 503`,
    );
  }
  const content = contentOf(status, body);
  const type = /^\s*[[{]/.test(content) ? "application/json" : "text/html";
  return { status, headers: { "content-type": type, ...headers }, body: content };
}

const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** As nginx titles its pages. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Authorization Required",
  403: "Forbidden",
  404: "Not Found",
  408: "Request Time-out",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function contentOf(status: number, body: string | object): string {
  if (typeof body === "object") return JSON.stringify(body);
  const title = TITLES[status] ?? "Error";
  if (body === "json") return JSON.stringify({ message: title });
  return body === "html" ? page(`${status} ${title}`) : body;
}

function page(title: string): string {
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "<hr><center>nginx</center>",
    "</body>",
    "</html>",
  ];
  return `${lines.join("\r\n")}\r\n`;
}
