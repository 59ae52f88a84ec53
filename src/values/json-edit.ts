/** Changes documents at places that a path found. */
import type { ByteString } from "../bytes.js";
import type { JsonDocument, JsonObject, JsonValue } from "./json.js";
import type { Place } from "./json-select.js";

/** Puts another value at a place. */
export function replaceAt(document: JsonDocument, place: Place, value: JsonValue): void {
  const container = place.parent?.value;
  if (container === undefined) document.root = value;
  else if (Array.isArray(container)) container[Number(place.key)] = value;
  else if (container instanceof Map && typeof place.key === "string")
    container.set(place.key, value);
}

/** What stands at a place now; what was found there once may have been replaced. */
export function valueAt(document: JsonDocument, place: Place): JsonValue {
  const container = place.parent?.value;
  if (container === undefined) return document.root;
  if (Array.isArray(container)) return container[Number(place.key)] ?? null;
  if (container instanceof Map && typeof place.key === "string") {
    return container.get(place.key) ?? null;
  }
  return null;
}

/** Whether a place is still in the document: what holds it may have been replaced since it was found. */
export function isPresent(document: JsonDocument, place: Place): boolean {
  for (let above = place.parent; above !== undefined; above = above.parent) {
    if (valueAt(document, above) !== above.value) return false;
  }
  return true;
}

/** The places among these that lie in no other of them, each once. */
export function outermost(places: readonly Place[]): Place[] {
  const taken = new Map<JsonValue | undefined, Set<ByteString | number>>();
  for (const { parent, key } of places) {
    const keys = taken.get(parent?.value);
    if (keys === undefined) taken.set(parent?.value, new Set([key]));
    else keys.add(key);
  }
  const isInAnother = (place: Place): boolean => {
    for (let above = place.parent; above !== undefined; above = above.parent) {
      if (taken.get(above.parent?.value)?.has(above.key) === true) return true;
    }
    return false;
  };
  return places.filter((place) => {
    const keys = taken.get(place.parent?.value);
    return !isInAnother(place) && keys?.delete(place.key) === true;
  });
}

/** Deletes what stands at places of which none lies in another; none is the root. */
export function deleteAt(places: readonly Place[]): void {
  const inArrays = places.filter(({ key }) => typeof key === "number");
  for (const { parent, key } of places) {
    if (typeof key === "string" && parent?.value instanceof Map) parent.value.delete(key);
  }
  inArrays.sort((a, b) => Number(b.key) - Number(a.key));
  for (const { parent, key } of inArrays) {
    if (Array.isArray(parent?.value)) parent.value.splice(Number(key), 1);
  }
}

/** The objects at these places that lack a key. */
export function objectsWithout(places: readonly Place[], key: ByteString): JsonObject[] {
  return places.flatMap(({ value }) => (value instanceof Map && !value.has(key) ? [value] : []));
}
