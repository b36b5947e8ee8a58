import { defineMessages } from '../../shell/feature';
import { ar } from './messages.ar';
import { en } from './messages.en';
import { fr } from './messages.fr';
import { ru } from './messages.ru';

/** The panel: counterparts, threads, messages and what they have come to. */
export const messages = defineMessages({ en, ar, fr, ru });
