import { defineMessages } from '../../shell/feature';
import { ar } from './messages.ar';
import { en } from './messages.en';
import { fr } from './messages.fr';
import { ru } from './messages.ru';

export const messages = defineMessages({ en, ar, fr, ru });
