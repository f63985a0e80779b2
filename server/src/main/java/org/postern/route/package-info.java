/** Where a recipient goes: the domains of ours, who exists there, and the Maildirs. Later next hops, MX, aliases. */
@NullMarked
package org.postern.route;

import org.jspecify.annotations.NullMarked;
