import type { Provider } from '@nestjs/common';

import { InboxTexts } from './inbox-texts.js';
import { ResendNoticeHandler } from './resend-notice.js';

/** Use cases around notices, for a composition root that also provides `NoticeReplayer`. */
export const NOTICE_PROVIDERS: readonly Provider[] = [ResendNoticeHandler, InboxTexts];
