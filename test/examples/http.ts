/** The web around the programs: as much of a browser's cookies and of a server's request and response as they use. */

/** As `cookies()` of next/headers. */
export class Cookies {
  readonly #values = new Map<string, { value: string; options: CookieOptions }>();

  get(name: string): { value: string } | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: string, options: CookieOptions): void {
    this.#values.set(name, { value, options });
  }

  options(name: string): CookieOptions | undefined {
    return this.#values.get(name)?.options;
  }

  delete(name: string): void {
    this.#values.delete(name);
  }
}

export interface CookieOptions {
  readonly httpOnly?: boolean;
  readonly secure?: boolean;
  readonly sameSite?: "strict" | "lax" | "none";
  readonly maxAge?: number;
}

export interface ServerRequest {
  readonly method?: string;
  readonly path?: string;
  readonly ip?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly cookies?: Readonly<Record<string, string>>;
}

/** What a handler answered. */
export class ServerResponse {
  statusCode = 200;
  body: unknown;
  readonly headers: Record<string, string> = {};
  readonly cookies = new Cookies();

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  set(headers: Readonly<Record<string, string>>): void {
    Object.assign(this.headers, headers);
  }

  cookie(name: string, value: string, options: CookieOptions): void {
    this.cookies.set(name, value, options);
  }

  json(body: unknown): void {
    this.body = body;
  }
}

export type Handler = (request: ServerRequest, response: ServerResponse) => Promise<void>;

/** Sends a request to a handler. */
export async function send(handler: Handler, request: ServerRequest): Promise<ServerResponse> {
  const response = new ServerResponse();
  await handler(request, response);
  return response;
}
