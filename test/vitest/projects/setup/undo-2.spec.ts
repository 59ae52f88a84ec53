import { defineTests } from "./undo.js";

defineTests();
