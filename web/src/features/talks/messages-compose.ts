import { defineMessages } from '../../shell/feature';
import { ar } from './messages-compose.ar';
import { en } from './messages-compose.en';
import { fr } from './messages-compose.fr';
import { ru } from './messages-compose.ru';

/** Writing: phrases and their blanks, parts, files, the preview. */
export const composeMessages = defineMessages({ en, ar, fr, ru });
