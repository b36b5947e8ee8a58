// What scrolls can be scrolled by keyboard: where it holds nothing that takes the focus, it takes the focus itself, as long as
// there is something to scroll.
//
//   <div class="body" {@attach scrolls}>
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';

export function scrolls(node: HTMLElement): () => void {
  const look = (): void => {
    const over = node.scrollHeight > node.clientHeight || node.scrollWidth > node.clientWidth;
    if (over && node.querySelector(FOCUSABLE) === null) node.tabIndex = 0;
    else node.removeAttribute('tabindex');
  };
  const sizes = new ResizeObserver(look);
  const members = new MutationObserver(() => {
    // What is within may grow without another size of what scrolls.
    for (const child of node.children) sizes.observe(child);
    look();
  });
  sizes.observe(node);
  for (const child of node.children) sizes.observe(child);
  members.observe(node, { childList: true, subtree: true });
  return () => {
    sizes.disconnect();
    members.disconnect();
  };
}
