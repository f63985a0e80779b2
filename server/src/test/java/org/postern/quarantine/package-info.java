@NullMarked
package org.postern.quarantine;

import org.jspecify.annotations.NullMarked;
