/** What was read is not of the shape that was written. The message goes on from the name of a shard. */
export class BadShape extends Error {}
