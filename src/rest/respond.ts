/** The bridge between web requests and the REST handler. */
import type { RestHandler, RestResponse } from "./handler.js";
import { frame, isEventStream, MAX_UNREAD, type EventStream } from "./sse.js";

/** What a call may be aborted by. */
type Abortable = Pick<RequestInit, "signal">;

/** Answers a request whose URL begins with `base` (no trailing slash). */
export async function respond(
  handler: RestHandler,
  request: Request,
  base: string,
): Promise<Response> {
  const { method, headers, url } = request;
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const header = (name: string): string | null => headers.get(name);
  return toResponse(
    await handler({ method, target: url.slice(base.length), header, body }),
    request,
  );
}

export function toResponse(
  { status, headers, body }: RestResponse,
  call: Abortable = {},
): Response {
  if (!isEventStream(body)) return new Response(body, { status, headers });
  return new Response(readable(body, call), { status, headers });
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
