/** The limits that more than one part of the app must agree on. `_BYTES` are bytes of UTF-8, `_MS` milliseconds. */

/** What Service Bus Standard takes, headers included, and what webhooks may send. */
export const MESSAGE_BODY_BYTES = 256 * 1024;
/** What MAX_BODY_BYTES may raise that to. */
export const LARGEST_BODY_BYTES = 1024 * 1024;
/** What a message may leave in a blob and point to (a claim check). */
export const CLAIMED_BODY_BYTES = 16 * 1024 * 1024;
/** What a file that comes in may have, unless its trigger says otherwise. Steps read it as a stream. */
export const INCOMING_BLOB_BYTES = 100 * 1024 * 1024;
/** Deeper JSON in messages is refused before anything walks it. */
export const JSON_DEPTH = 64;

export const YAML_BYTES = 256 * 1024;
/** Checked before parsing: deep nesting can end the process inside the parser. */
export const YAML_DEPTH = 64;
export const PIPELINE_NODES = 2_000;
/** A plan is stored as a text within one item of Cosmos DB, which takes 2 MiB; within a text, every quote takes two bytes. */
export const PLAN_BYTES = 1_500_000;

/** Items of one loop. */
export const LOOP_ITEMS = 10_000;
/** Nodes of one graph that are at work at the same time, unless its pipeline says otherwise. */
export const CONCURRENT_NODES = 10;

/** Results and inputs above this become blobs and travel as references. */
export const INLINE_RESULT_BYTES = 32 * 1024;

/** Run ids are Durable instance ids, and the SDK puts those into URLs unescaped. */
export const INSTANCE_ID_PATTERN = /^[A-Za-z0-9_-]{1,100}$/;

export const COSMOS_BATCH_OPERATIONS = 100;

/** `functionTimeout` of host.json. Past it the host restarts the worker, and every neighbour fails too. */
export const FUNCTION_TIMEOUT_MS = 10 * 60_000;
/** When an activity's signal aborts: early enough to record the failure before the function times out. */
export const ACTIVITY_DEADLINE_MS = 9 * 60_000;
export const NODE_TIMEOUT_MS = 60_000;
export const HTTP_ANSWER_MS = 10_000;
/** Worker and host hold an answer in memory, as a whole and more than once: each of this size takes some 60 MiB of the worker alone. */
export const HTTP_ANSWER_BYTES = 32 * 1024 * 1024;
/** For how long a link to an artifact opens it. A download that has begun goes on, however long it takes. */
export const ARTIFACT_LINK_MS = 5 * 60_000;
/**
 * Webhook requests that one process is at work on; those beyond are turned away, so that the others are answered within a second: each
 * takes some 3 ms of CPU with its run, so the last of them waits a fifth of a second for it. `maxOutstandingRequests` of host.json is above
 * this, so that there is room for the API; what the host turns away itself costs a fifth of what the app does.
 */
export const WEBHOOKS_AT_WORK = 64;
