import { expect, it } from 'vitest';

import { nameOfFile, sizeText } from './files';

it('saves under a name that does no harm', () => {
  expect(nameOfFile('../../etc/passwd', 'aa')).toBe('_.._etc_passwd');
  expect(nameOfFile('photo\u202egpj.exe', 'aa')).toBe('photo_gpj.exe');
  expect(nameOfFile('خريطة.png', 'aa')).toBe('خريطة.png');
  expect(nameOfFile(' .. ', 'abcdef0123456789ff')).toBe('abcdef0123456789.bin');
});
it('tells sizes', () => {
  expect([12, 2048, 3 * 1024 * 1024].map((n) => sizeText(n, String))).toEqual(['12 B', '2 KiB', '3 MiB']);
});
