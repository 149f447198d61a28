/** What was read is not of the shape in which it was written. The message goes on from the name of a shard. */
export class BadShape extends Error {}
