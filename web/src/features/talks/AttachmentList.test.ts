import { mount, unmount } from 'svelte';
import { expect, it } from 'vitest';

import type { TalkAttachment, TalkMessage } from '../../state/threads.svelte';
import AttachmentList from './AttachmentList.svelte';

it('shows a file twice where it was attached twice', async () => {
  const file: TalkAttachment = {
    name: 'plan.pdf',
    media_type: 'application/pdf',
    bytes: 5,
    sha256: 'a'.repeat(64),
    state: 'here',
  };
  const message = { attachments: [file, { ...file }] } as unknown as TalkMessage;
  const shown = mount(AttachmentList, { target: document.body, props: { message } });
  expect(document.querySelectorAll('li')).toHaveLength(2);
  await unmount(shown);
});
