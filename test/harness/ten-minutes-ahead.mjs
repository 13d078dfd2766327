// Imported by a process whose clock is to be ten minutes ahead of everybody else's.
const { now } = Date;
const aheadMs = 600_000;

globalThis.Date = new Proxy(Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now() + aheadMs] : args),
  get: (target, name) => (name === 'now' ? () => now() + aheadMs : Reflect.get(target, name)),
});
