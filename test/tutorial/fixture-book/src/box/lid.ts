// A lid hides what is in a box.

import type { Box } from './box.ts'

export const hide = ({ content }: Box): string => '?'.repeat(content.length)
