export const LANGUAGES = ['ar', 'en', 'fr', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];
/** A language by its own name. */
export const LANGUAGE_NAMES: Record<Language, string> = { ar: 'العربية', en: 'English', fr: 'Français', ru: 'Русский' };
export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

export type Messages = Record<Language, Readonly<Record<string, string>>>;
/** English names the keys; the compiler refuses a language that lacks one, or has one more. */
export function defineMessages<const E extends Readonly<Record<string, string>>>(of: {
  en: E;
  ar: { readonly [K in keyof E]: string };
  fr: { readonly [K in keyof E]: string };
  ru: { readonly [K in keyof E]: string };
}): Messages {
  return of;
}
