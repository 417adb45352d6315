// What the pages do in the browser beyond showing themselves. All of it can be missing: the text does not need it.

import { startContents } from './contents.js'
import { startCopy } from './copy.js'
import { startKeys } from './keys.js'
import { startScrolling } from './scrolling.js'
import { startSearch } from './search.js'
import { startTheme } from './theme.js'
import { startTicks } from './ticks.js'

startTheme()
startTicks()
startCopy()
startSearch()
startKeys()
startContents()
startScrolling()
