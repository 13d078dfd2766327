// Imported by a process whose clock is to move by CHAOS_MINUTES once it has run for CHAOS_AFTER seconds.
const { now } = Date;
const begun = now();
const aheadMs = Number(process.env.CHAOS_MINUTES) * 60_000;
const afterMs = Number(process.env.CHAOS_AFTER) * 1000;
const moved = () => (now() - begun < afterMs ? now() : now() + aheadMs);

globalThis.Date = new Proxy(Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [moved()] : args),
  get: (target, name) => (name === 'now' ? moved : Reflect.get(target, name)),
});
