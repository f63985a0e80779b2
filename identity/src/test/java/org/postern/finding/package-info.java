@NullMarked
package org.postern.finding;

import org.jspecify.annotations.NullMarked;
