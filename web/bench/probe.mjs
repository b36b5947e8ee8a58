// What is measured within a page. `install` is sent into the page as it stands here: it may use nothing from outside.

/** Longer waits are stood through by whoever comes meanwhile too: each is counted as they would feel it. */
export function install() {
  const EVERY_MS = 10;
  const waits = [];
  const tasks = [];
  const seen = {};
  let counting = false;
  let due = 0;
  const tick = () => {
    const now = performance.now();
    if (counting) for (let wait = Math.max(0, now - due); wait >= 0; wait -= EVERY_MS) waits.push(wait);
    due = performance.now() + EVERY_MS;
    setTimeout(tick, EVERY_MS);
  };
  tick();
  new PerformanceObserver((list) => {
    if (counting) for (const entry of list.getEntries()) tasks.push(entry.duration);
  }).observe({ type: 'longtask', buffered: false });

  /** Behind the frame that shows what is in the document now. */
  const painted = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.timeOrigin + performance.now());
      port2.postMessage(undefined);
    });
  const rows = (root) => [
    ...(root.matches?.('[data-key^="picture:"]') ? [root] : []),
    ...(root.querySelectorAll?.('[data-key^="picture:"]') ?? []),
  ];
  const note = (row) => {
    const id = row.dataset.key.slice('picture:'.length);
    if (id in seen) return;
    seen[id] = { told: performance.timeOrigin + performance.now(), shown: 0 };
    painted((at) => (seen[id].shown = at));
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const added of change.addedNodes) for (const row of rows(added)) note(row);
  }).observe(document, { childList: true, subtree: true });

  globalThis.bench = {
    begin: () => {
      due = performance.now() + EVERY_MS;
      counting = true;
    },
    /** What is done to the page meanwhile does not count. */
    pause: () => (counting = false),
    take: () => ({ waits: waits.splice(0), tasks: tasks.splice(0) }),
    /** When each alert was in the document first, and on the screen, in UTC milliseconds. */
    seen,
  };
}

/** The moments of a start that the page has noted (src/view/milestone.ts), in ms since it was asked for. */
export function milestones() {
  const of = (name) => performance.getEntriesByName(name, 'mark');
  return {
    paint: performance.getEntriesByName('first-paint')[0]?.startTime,
    world: of('tansiq.world')[0]?.startTime,
    live: of('tansiq.live')[0]?.startTime,
    tracks: of('tansiq.tracks').map((mark) => ({ at: mark.startTime, drawn: mark.detail })),
  };
}
