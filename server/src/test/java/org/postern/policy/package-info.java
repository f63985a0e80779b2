@NullMarked
package org.postern.policy;

import org.jspecify.annotations.NullMarked;
