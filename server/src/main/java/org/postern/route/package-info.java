/** Where a recipient goes: the domains of ours, who exists there, the Maildirs; the hosts that take other domains' mail. */
@NullMarked
package org.postern.route;

import org.jspecify.annotations.NullMarked;
