/** Mail that was kept back for what was found about who brought it: what people are told of it, and whom the operator trusts then. */
@NullMarked
package org.postern.quarantine;

import org.jspecify.annotations.NullMarked;
