/** The authority of a subject: an officer's is `NAME@AUTHORITY`, a program's `AUTHORITY:NAME`. */
export const authorityOf = (subject: string): string => {
  const at = subject.lastIndexOf('@');
  return at >= 0 ? subject.slice(at + 1) : (subject.split(':', 1)[0] ?? subject);
};
