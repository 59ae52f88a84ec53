/** Where a request goes: the paths with a body of their own, or a command spelt as a path (`/set/key/value?EX=100`). */
import { bytes, utf8, type ByteString } from "../bytes.js";

export type Route =
  | { readonly kind: "command" | "pipeline" | "transaction"; readonly query: Query }
  | { readonly kind: "path"; readonly words: readonly ByteString[]; readonly query: Query };

/** The query as words in order, without `_token`. */
export interface Query {
  readonly token: string | null;
  readonly words: readonly ByteString[];
}

const NO_QUERY: Query = { token: null, words: [] };

/** Where most requests go. */
const ROOT: Route = { kind: "command", query: NO_QUERY };

/** `url` is what follows the database's: a path with or without its query. A fragment is none of the server's business. */
export function route(url: string): Route {
  if (url === "/") return ROOT;
  const [target = ""] = url.split("#", 1);
  const mark = target.indexOf("?");
  const path = (mark < 0 ? target : target.slice(0, mark)).replace(/^\//, "").replace(/\/$/, "");
  const query = mark < 0 ? NO_QUERY : parseQuery(target.slice(mark + 1));
  switch (path) {
    case "":
      return { kind: "command", query };
    case "pipeline":
      return { kind: "pipeline", query };
    case "multi-exec":
      return { kind: "transaction", query };
    default:
      return { kind: "path", words: path.split("/").map(percentDecode), query };
  }
}

function parseQuery(query: string): Query {
  let token: string | null = null;
  const words: ByteString[] = [];
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.replaceAll("+", "%20").split("=");
    if (name === "_token") token = percentDecode(value.join("="));
    else
      words.push(
        percentDecode(name),
        ...value.slice(0, 1).map(() => percentDecode(value.join("="))),
      );
  }
  return { token, words };
}

/** The bytes a percent-encoded text stands for; a `%` that is not followed by two hex digits stands for itself. */
function percentDecode(encoded: string): ByteString {
  return bytes(
    utf8(encoded).replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
}
