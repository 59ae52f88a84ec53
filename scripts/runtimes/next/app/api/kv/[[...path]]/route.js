import { createEmulator } from "kv-emulator";

const { fetch } = createEmulator({ token: "secret", basePath: "/api/kv" });

export { fetch as GET, fetch as POST };
