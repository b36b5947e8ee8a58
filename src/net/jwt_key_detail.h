// What `JwtKey` and `JwtSigner` hold. For this folder's sources only.
#pragma once

#include "net/jwt_key.h"
#include "net/openssl_ptr.h"

namespace tansiq::net {

struct JwtKey::Impl {
  KeyPtr key;
};

}  // namespace tansiq::net
