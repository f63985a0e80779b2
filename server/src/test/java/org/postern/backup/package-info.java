@NullMarked
package org.postern.backup;

import org.jspecify.annotations.NullMarked;
