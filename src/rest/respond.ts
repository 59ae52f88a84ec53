/** The bridge between web requests and the REST handler. */
import { Disruption } from "../disruption.js";
import type { RestHandler, RestRequest, RestResponse } from "./handler.js";
import { frame, isEventStream, MAX_UNREAD, type EventStream } from "./sse.js";

/** What a call may be aborted by. */
type Abortable = Pick<RequestInit, "signal">;

/** Answers a request whose URL begins with `base` (no trailing slash); with a network error where the connection is to be cut. */
export async function respond(
  handler: RestHandler,
  request: Request,
  base: string,
): Promise<Response> {
  const { method, headers, url, cache } = request;
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const header = (name: string): string | null => headers.get(name);
  const asked = { method, target: url.slice(base.length), header, body, cache };
  return toResponse(await answerOrCut(handler, asked), request);
}

/** A connection that is cut. */
const CUT = Symbol("cut");
type Outcome = RestResponse | typeof CUT;

/** What a handler answers; it cuts connections by an error. */
export function answerOrCut(
  handler: RestHandler,
  request: RestRequest,
): Outcome | Promise<Outcome> {
  try {
    const response = handler(request);
    return response instanceof Promise ? response.catch(cutOrThrow) : response;
  } catch (error) {
    return cutOrThrow(error);
  }
}

function cutOrThrow(error: unknown): typeof CUT {
  if (error instanceof Disruption) return CUT;
  throw error;
}

/** A response as `fetch` gives it; a network error for a connection that is cut. */
export function toResponse(outcome: Outcome, call: Abortable = {}): Response {
  if (outcome === CUT) return Response.error();
  const { status, headers, body, torn, failure } = outcome;
  if (failure !== undefined) return new Response(failing(failure), { status, headers });
  if (isEventStream(body)) return new Response(readable(body, call), { status, headers });
  return new Response(torn === true ? half(body ?? "") : body, { status, headers });
}

function failing(error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(error) });
}

/** The first half of a body, behind which it fails. */
function half(body: string | Uint8Array): ReadableStream<Uint8Array> {
  const whole = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const parts = [whole.subarray(0, whole.length >> 1)];
  return new ReadableStream({
    pull: (controller) => {
      const part = parts.pop();
      if (part === undefined) controller.error(new TypeError("terminated"));
      else controller.enqueue(part);
    },
  });
}

/**
 * Events as a body, which ends them when it is cancelled and fails when the call is aborted. The call stays within reach for as long:
 * the signal of a `Request` that is gone does not hear of the one that it follows.
 */
function readable(events: EventStream, call: Abortable): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let leave = (): void => events.cancel();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (controller) => {
        const fail = (reason: unknown): void => {
          leave();
          controller.error(reason);
        };
        const abort = (): void => fail(call.signal?.reason);
        leave = () => {
          events.cancel();
          call.signal?.removeEventListener("abort", abort);
        };
        if (call.signal?.aborted === true) return abort();
        call.signal?.addEventListener("abort", abort);
        events.open(
          (data) => {
            controller.enqueue(encoder.encode(frame(data)));
            if ((controller.desiredSize ?? 0) <= 0) fail(new Error(UNREAD));
          },
          () => {
            leave();
            controller.close();
          },
        );
      },
      cancel: () => leave(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD }),
  );
}

const UNREAD = `kv-emulator: a stream of events was cut off, ${MAX_UNREAD} bytes of it were left unread`;
